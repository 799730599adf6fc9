import pulumi
import pulumi_immuta as immuta

config = pulumi.Config()

claims = immuta.SynapseIntegration(
    "claims",
    host=config.require("host"),
    database=config.get("database") or "claims",
    schema="governed",
    auto_bootstrap=False,  # manual setup: `up` runs Immuta's scripts
    username="immuta_claims",  # Immuta's own account in the pool, made by the scripts
    password=config.require_secret("immutaPassword"),
    bootstrap={},  # who runs the scripts: IMMUTA_SQL_ADMIN_USERNAME, IMMUTA_SQL_ADMIN_PASSWORD
    impersonation={
        "enabled": True,
        "role": config.get("impersonationRole") or "IMMUTA_IMPERSONATION",
    },
)

pulumi.export("integrationId", claims.integration_id)
pulumi.export("status", claims.status)
