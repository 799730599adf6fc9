-- Immuta: removes what is there of an integration that was not set up successfully.
-- Run it over a connection to the database of the dedicated SQL pool. It may be run again.
SET NOCOUNT ON;
GO
{{part drop-objects}}
