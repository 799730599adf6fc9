-- Immuta: second script of the manual setup of Azure Synapse Analytics.
-- Run it over a connection to the database of the dedicated SQL pool, after the first script.
SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:username}})
    {{exec}}CREATE USER {{name:username}} FOR LOGIN {{name:username}}{{/exec}};
GO
GRANT CONTROL ON DATABASE::{{name:database}} TO {{name:username}};
GO
IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = N'immuta_system')
    {{exec}}CREATE SCHEMA [immuta_system] AUTHORIZATION {{name:username}}{{/exec}};
IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = N'immuta_functions')
    {{exec}}CREATE SCHEMA [immuta_functions] AUTHORIZATION {{name:username}}{{/exec}};
IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = N'immuta_procedures')
    {{exec}}CREATE SCHEMA [immuta_procedures] AUTHORIZATION {{name:username}}{{/exec}};
GO
IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = {{text:schema}})
    {{exec}}CREATE SCHEMA {{name:schema}} AUTHORIZATION {{name:username}}{{/exec}};
go

IF OBJECT_ID(N'immuta_system.user_profile') IS NULL
    CREATE TABLE [immuta_system].[user_profile] (
        [user_name] NVARCHAR(256) NOT NULL,
        [attributes] NVARCHAR(4000) NULL,
        [groups] NVARCHAR(4000) NULL
    );
GO
{{part settings}}
DECLARE @next NVARCHAR(200) = N'The next line is part of this sentence:
GO
Register the integration in Immuta now.';
PRINT N'The Immuta objects are in place.';
GO -- end of the second script
