package main

import (
	"cmp"

	"example.com/pulumi-immuta/sdk/go/immuta"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(govern)
}

func govern(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	claims, err := immuta.NewSynapseIntegration(ctx, "claims", &immuta.SynapseIntegrationArgs{
		Host:          pulumi.String(settings.Require("host")),
		Database:      pulumi.String(cmp.Or(settings.Get("database"), "claims")),
		Schema:        pulumi.String("governed"),
		AutoBootstrap: pulumi.Bool(false),             // manual setup: `up` runs Immuta's scripts
		Username:      pulumi.String("immuta_claims"), // Immuta's own account in the pool, made by the scripts
		Password:      settings.RequireSecret("immutaPassword"),
		Bootstrap:     immuta.BootstrapArgs{}, // who runs the scripts: IMMUTA_SQL_ADMIN_USERNAME, IMMUTA_SQL_ADMIN_PASSWORD
		Impersonation: immuta.ImpersonationArgs{
			Enabled: pulumi.Bool(true),
			Role:    pulumi.String(cmp.Or(settings.Get("impersonationRole"), "IMMUTA_IMPERSONATION")),
		},
	})
	if err != nil {
		return err
	}
	ctx.Export("integrationId", claims.IntegrationId)
	ctx.Export("status", claims.Status)
	return nil
}
