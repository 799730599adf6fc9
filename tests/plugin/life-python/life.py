"""Does to the stack `dev` of the program in this folder what the argument says, and prints what was done in JSON."""

import json
import runpy
import sys

from pulumi import automation


def run(stack: automation.Stack, action: str) -> dict:
    if action == "preview":
        planned = stack.preview(color="never")
        changes = {getattr(kind, "value", kind): count for kind, count in planned.change_summary.items()}
        return {"printed": planned.stdout, "changes": changes}
    done = getattr(stack, action)(color="never")
    outputs = {name: output.value for name, output in getattr(done, "outputs", {}).items()}
    return {"printed": done.stdout, "changes": done.summary.resource_changes, "outputs": outputs}


opened = automation.select_stack(
    "dev",
    project_name="immuta-python",
    program=lambda: runpy.run_path("__main__.py") and None,
    opts=automation.LocalWorkspaceOptions(work_dir="."),
)
print(json.dumps(run(opened, sys.argv[1])))
