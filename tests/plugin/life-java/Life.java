package immuta;

import com.google.gson.Gson;
import com.pulumi.automation.DestroyOptions;
import com.pulumi.automation.LocalWorkspace;
import com.pulumi.automation.LocalWorkspaceOptions;
import com.pulumi.automation.OperationType;
import com.pulumi.automation.OutputValue;
import com.pulumi.automation.PreviewOptions;
import com.pulumi.automation.RefreshOptions;
import com.pulumi.automation.UpOptions;
import com.pulumi.automation.UpdateResult;
import com.pulumi.automation.WorkspaceStack;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Does to the stack `dev` of the example's program what the argument says, and prints what was done in JSON. */
class Life {
  public static void main(String[] args) throws Exception {
    var here = LocalWorkspaceOptions.builder().workDir(Path.of(".")).program(App::govern).build();
    try (var stack = WorkspaceStack.select("dev", LocalWorkspace.create(here))) {
      System.out.println(new Gson().toJson(run(stack, args[0])));
    }
    System.exit(0);
  }

  private static Map<String, Object> run(WorkspaceStack stack, String action) throws Exception {
    switch (action) {
      case "preview":
        var planned = stack.preview(PreviewOptions.builder().color("never").build());
        return Map.of("printed", planned.standardOutput(), "changes", counts(planned.changeSummary()));
      case "up":
        var up = stack.up(UpOptions.builder().color("never").build());
        var done = new TreeMap<>(told(up));
        var outputs = new TreeMap<String, Object>();
        for (Map.Entry<String, OutputValue> output : up.outputs().entrySet())
          outputs.put(output.getKey(), output.getValue().value());
        done.put("outputs", outputs);
        return done;
      case "refresh":
        return told(stack.refresh(RefreshOptions.builder().color("never").build()));
      case "destroy":
        return told(stack.destroy(DestroyOptions.builder().color("never").build()));
      default:
        throw new IllegalArgumentException(action + " is no action");
    }
  }

  private static Map<String, Object> told(UpdateResult done) {
    return Map.of("printed", done.standardOutput(), "changes", counts(done.summary().resourceChanges()));
  }

  private static Map<String, Integer> counts(Map<OperationType, Integer> changes) {
    var counted = new TreeMap<String, Integer>();
    changes.forEach((kind, count) -> counted.put(kind.name().toLowerCase(), count));
    return counted;
  }
}
