IF OBJECT_ID(N'[immuta_procedures].[impersonate]') IS NOT NULL DROP PROCEDURE [immuta_procedures].[impersonate];
IF OBJECT_ID(N'[immuta_procedures].[set_profile]') IS NOT NULL DROP PROCEDURE [immuta_procedures].[set_profile];
IF OBJECT_ID(N'[immuta_functions].[array_entry]') IS NOT NULL DROP FUNCTION [immuta_functions].[array_entry];
IF OBJECT_ID(N'[immuta_functions].[hash_key]') IS NOT NULL DROP FUNCTION [immuta_functions].[hash_key];
DROP VIEW IF EXISTS [immuta_system].[integration];
IF OBJECT_ID(N'[immuta_system].[user_profile]') IS NOT NULL DROP TABLE [immuta_system].[user_profile];
GO
/* Schemas go
GO
   after what they hold. */
IF SCHEMA_ID(N'immuta_procedures') IS NOT NULL DROP SCHEMA [immuta_procedures];
IF SCHEMA_ID(N'immuta_functions') IS NOT NULL DROP SCHEMA [immuta_functions];
IF SCHEMA_ID(N'immuta_system') IS NOT NULL DROP SCHEMA [immuta_system];
IF SCHEMA_ID({{text:schema}}) IS NOT NULL DROP SCHEMA {{name:schema}};
GO
{{if impersonation}}
IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:role}} AND type = 'R')
    DROP ROLE {{name:role}};
GO
{{/if}}
{{each accounts}}
IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:item}})
    DROP USER {{name:item}};
GO
{{/each}}
