-- Immuta: script of a manual update of Azure Synapse Analytics.
-- Run it over a connection to the database of the dedicated SQL pool, then send the same payload with PUT.
SET ANSI_NULLS ON;
GO
{{if accountChanged}}
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:username}})
    {{exec}}CREATE USER {{name:username}} FOR LOGIN {{name:username}}{{/exec}};
GO
GRANT CONTROL ON DATABASE::{{name:database}} TO {{name:username}};
GO
ALTER AUTHORIZATION ON SCHEMA::[immuta_system] TO {{name:username}};
ALTER AUTHORIZATION ON SCHEMA::[immuta_functions] TO {{name:username}};
ALTER AUTHORIZATION ON SCHEMA::[immuta_procedures] TO {{name:username}};
ALTER AUTHORIZATION ON SCHEMA::{{name:schema}} TO {{name:username}};
GO
{{/if}}
{{part settings}}
{{if roleDropped}}
IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:formerRole}} AND type = 'R')
    DROP ROLE {{name:formerRole}};
GO
{{/if}}
{{if accountChanged}}
IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:formerUsername}})
    DROP USER {{name:formerUsername}};
go -- the login of the former account stays in master until the integration is removed
{{/if}}
