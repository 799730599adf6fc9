-- Immuta: finishes the removal from Azure Synapse Analytics.
-- Run it over a connection to the database master, after the delete or the cleanup script.
{{each accounts}}
DROP USER IF EXISTS {{name:item}};
GO
IF EXISTS (SELECT 1 FROM sys.sql_logins WHERE name = {{text:item}})
    {{exec}}DROP LOGIN {{name:item}}{{/exec}};
GO
{{/each}}
{{each markers}}
DROP ROLE IF EXISTS {{name:item}};
GO
{{/each}}
