DROP PROCEDURE IF EXISTS [immuta_procedures].[impersonate];
DROP PROCEDURE IF EXISTS [immuta_procedures].[set_profile];
DROP FUNCTION IF EXISTS [immuta_functions].[array_entry];
DROP FUNCTION IF EXISTS [immuta_functions].[hash_key];
DROP VIEW IF EXISTS [immuta_system].[integration];
DROP TABLE IF EXISTS [immuta_system].[user_profile];
GO
/* Schemas go
GO
   after what they hold. */
DROP SCHEMA IF EXISTS [immuta_procedures];
DROP SCHEMA IF EXISTS [immuta_functions];
DROP SCHEMA IF EXISTS [immuta_system];
DROP SCHEMA IF EXISTS {{name:schema}};
GO
{{if impersonation}}
DROP ROLE IF EXISTS {{name:role}};
GO
{{/if}}
{{each accounts}}
DROP USER IF EXISTS {{name:item}};
GO
{{/each}}
