-- Immuta: removes what Immuta manages for an integration that was set up successfully.
-- Run it over a connection to the database of the dedicated SQL pool.
SET NOCOUNT ON;
GO
{{part drop-objects}}
PRINT N'The Immuta objects are removed.';
GO
