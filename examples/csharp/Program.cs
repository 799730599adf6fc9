using System.Collections.Generic;
using Pulumi;
using Pulumi.Immuta;
using Pulumi.Immuta.Inputs;

return await Deployment.RunAsync(() =>
{
    var config = new Config();

    var claims = new SynapseIntegration("claims", new SynapseIntegrationArgs
    {
        Host = config.Require("host"),
        Database = config.Get("database") ?? "claims",
        Schema = "governed",
        AutoBootstrap = false, // manual setup: `up` runs Immuta's scripts
        Username = "immuta_claims", // Immuta's own account in the pool, made by the scripts
        Password = config.RequireSecret("immutaPassword"),
        Bootstrap = new BootstrapArgs(), // who runs the scripts: IMMUTA_SQL_ADMIN_USERNAME, IMMUTA_SQL_ADMIN_PASSWORD
        Impersonation = new ImpersonationArgs
        {
            Enabled = true,
            Role = config.Get("impersonationRole") ?? "IMMUTA_IMPERSONATION",
        },
    });

    return new Dictionary<string, object?>
    {
        ["integrationId"] = claims.IntegrationId,
        ["status"] = claims.Status,
    };
});
