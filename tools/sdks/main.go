// Writes the SDKs of other languages from the plugin's schema, as `pulumi package gen-sdk` does where the language hosts are.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

type files = map[string][]byte

var languages = map[string]func(*schema.Package) (files, error){
	"go": func(of *schema.Package) (files, error) { return golang.GeneratePackage("pulumi", of, nil) },
	"nodejs": func(of *schema.Package) (files, error) {
		return nodejs.GeneratePackage("pulumi", of, nil, nil, false, nil)
	},
	"python": func(of *schema.Package) (files, error) { return python.GeneratePackage("pulumi", of, nil, nil) },
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("the arguments are the schema's file and a folder"))
	}
	for language, generate := range languages {
		// Each its own, because generators keep what they learn in it.
		written, err := generate(read(os.Args[1]))
		fail(err)
		for name, content := range written {
			path := filepath.Join(os.Args[2], language, name)
			fail(os.MkdirAll(filepath.Dir(path), 0o755))
			fail(os.WriteFile(path, content, 0o644))
		}
	}
}

func read(path string) *schema.Package {
	content, err := os.ReadFile(path)
	fail(err)
	var spec schema.PackageSpec
	fail(json.Unmarshal(content, &spec))
	bound, err := schema.ImportSpec(spec, nil, schema.ValidationOptions{})
	fail(err)
	return bound
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
