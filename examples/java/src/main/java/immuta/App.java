package immuta;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.immuta.SynapseIntegration;
import com.pulumi.immuta.SynapseIntegrationArgs;
import com.pulumi.immuta.inputs.BootstrapArgs;
import com.pulumi.immuta.inputs.ImpersonationArgs;

public class App {
  public static void main(String[] args) {
    Pulumi.run(App::govern);
  }

  static void govern(Context ctx) {
    var config = ctx.config();
    var claims = new SynapseIntegration("claims", SynapseIntegrationArgs.builder()
        .host(config.require("host"))
        .database(config.get("database").orElse("claims"))
        .schema("governed")
        .autoBootstrap(false) // manual setup: `up` runs Immuta's scripts
        .username("immuta_claims") // Immuta's own account in the pool, made by the scripts
        .password(config.requireSecret("immutaPassword"))
        .bootstrap(BootstrapArgs.Empty) // who runs the scripts: IMMUTA_SQL_ADMIN_USERNAME, IMMUTA_SQL_ADMIN_PASSWORD
        .impersonation(ImpersonationArgs.builder()
            .enabled(true)
            .role(config.get("impersonationRole").orElse("IMMUTA_IMPERSONATION"))
            .build())
        .build());

    ctx.export("integrationId", claims.integrationId());
    ctx.export("status", claims.status());
  }
}
