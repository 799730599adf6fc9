-- Immuta: first script of the manual setup of Azure Synapse Analytics.
-- Run it over a connection to the database master, as a login that may create logins.
/*
   Immuta's system account is a SQL login of the workspace. The script may be run again: it then sets the password.
GO
   The line above is part of this comment; it's no separator.
*/
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

-- The account has to be able to connect to master to see which databases there are.
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:username}})
    {{exec}}CREATE USER {{name:username}} FOR LOGIN {{name:username}}{{/exec}};
go
