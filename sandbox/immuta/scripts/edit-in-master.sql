-- Immuta: script of a manual update of Azure Synapse Analytics.
-- Run it over a connection to the database master, then send the same payload with PUT.
SET NOCOUNT ON;
IF NOT EXISTS (SELECT 1 FROM sys.sql_logins WHERE name = {{text:username}})
BEGIN
    {{exec}}CREATE LOGIN {{name:username}} WITH PASSWORD = {{text:password}}{{/exec}};
END
ELSE
BEGIN
    {{exec}}ALTER LOGIN {{name:username}} WITH PASSWORD = {{text:password}}{{/exec}};
END
GO
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:username}})
    {{exec}}CREATE USER {{name:username}} FOR LOGIN {{name:username}}{{/exec}};
GO
GRANT VIEW DEFINITION TO {{name:username}};
GO
{{each markers}}
DROP ROLE IF EXISTS {{name:item}};
GO
{{/each}}
-- Immuta looks for this role before it updates the pool's database itself.
CREATE ROLE {{name:marker}};
GO
