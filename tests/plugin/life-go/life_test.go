package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

type done struct {
	Printed string         `json:"printed"`
	Changes any            `json:"changes"`
	Outputs map[string]any `json:"outputs,omitempty"`
}

// Does to the stack `dev` of the example's program what the argument says, and prints what was done in JSON. A test, because
// one can call what a package main has.
func TestMain(*testing.M) {
	ctx := context.Background()
	stack, err := auto.SelectStackInlineSource(ctx, "dev", "immuta-go", govern, auto.WorkDir("."))
	if err == nil {
		var did done
		if did, err = run(ctx, stack, os.Args[1]); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(did)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stack auto.Stack, action string) (done, error) {
	switch action {
	case "preview":
		planned, err := stack.Preview(ctx, optpreview.Color("never"))
		return done{Printed: planned.StdOut, Changes: planned.ChangeSummary}, err
	case "up":
		up, err := stack.Up(ctx, optup.Color("never"))
		outputs := map[string]any{}
		for name, output := range up.Outputs {
			outputs[name] = output.Value
		}
		return done{up.StdOut, up.Summary.ResourceChanges, outputs}, err
	case "refresh":
		refreshed, err := stack.Refresh(ctx, optrefresh.Color("never"))
		return done{Printed: refreshed.StdOut, Changes: refreshed.Summary.ResourceChanges}, err
	case "destroy":
		destroyed, err := stack.Destroy(ctx, optdestroy.Color("never"))
		return done{Printed: destroyed.StdOut, Changes: destroyed.Summary.ResourceChanges}, err
	}
	return done{}, fmt.Errorf("%s is no action", action)
}
