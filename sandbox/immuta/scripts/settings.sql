DROP VIEW IF EXISTS [immuta_system].[integration];
GO
CREATE VIEW [immuta_system].[integration] AS
SELECT
    {{text:fingerprint}} AS [payload_fingerprint],
    {{text:username}} AS [system_account],
    {{text:schema}} AS [view_schema],
    {{text:hashDelimiter}} AS [hash_delimiter],
    {{text:hashKeyDelimiter}} AS [hash_key_delimiter],
    {{text:arrayDelimiter}} AS [array_delimiter],
    {{text:role}} AS [impersonation_role];
GO

IF OBJECT_ID(N'[immuta_functions].[hash_key]') IS NOT NULL DROP FUNCTION [immuta_functions].[hash_key];
GO
CREATE FUNCTION [immuta_functions].[hash_key] (@name NVARCHAR(256), @value NVARCHAR(256))
RETURNS NVARCHAR(4000)
AS
BEGIN
    /* One entry of a profile, such as department-sales.
GO
    is how the entries of a script are parted; entries of a profile have delimiters of their own. */
    RETURN CONCAT(@name, {{text:hashKeyDelimiter}}, @value, {{text:hashDelimiter}});
END
GO
IF OBJECT_ID(N'[immuta_functions].[array_entry]') IS NOT NULL DROP FUNCTION [immuta_functions].[array_entry];
GO
CREATE FUNCTION [immuta_functions].[array_entry] (@value NVARCHAR(256))
RETURNS NVARCHAR(4000)
AS
BEGIN
    RETURN CONCAT(@value, {{text:arrayDelimiter}});
END
GO

IF OBJECT_ID(N'[immuta_procedures].[set_profile]') IS NOT NULL DROP PROCEDURE [immuta_procedures].[set_profile];
GO
CREATE PROCEDURE [immuta_procedures].[set_profile] @user NVARCHAR(256), @attributes NVARCHAR(4000)
AS
BEGIN
    DELETE FROM [immuta_system].[user_profile] WHERE [user_name] = @user;
    INSERT INTO [immuta_system].[user_profile] ([user_name], [attributes]) VALUES (@user, @attributes);
END
GO
IF OBJECT_ID(N'[immuta_procedures].[impersonate]') IS NOT NULL DROP PROCEDURE [immuta_procedures].[impersonate];
GO
{{if impersonation}}
IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = {{text:role}} AND type = 'R')
    {{exec}}CREATE ROLE {{name:role}}{{/exec}};
GO
CREATE PROCEDURE [immuta_procedures].[impersonate] @user NVARCHAR(256)
AS
BEGIN
    IF IS_ROLEMEMBER({{text:role}}) = 0
        THROW 51000, N'Only members of the impersonation role may query as another user.', 1;
    UPDATE [immuta_system].[user_profile] SET [groups] = @user WHERE [user_name] = SUSER_SNAME();
END
GO
GRANT EXECUTE ON [immuta_procedures].[impersonate] TO {{name:role}};
GO
{{/if}}
GRANT SELECT ON SCHEMA::{{name:schema}} TO [public];
GRANT EXECUTE ON SCHEMA::[immuta_functions] TO [public];
GO
