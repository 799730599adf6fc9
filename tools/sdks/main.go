// Writes the SDKs of other languages from the plugin's schema, as `pulumi package gen-sdk` does where the language hosts are.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing/fstest"

	dotnet "github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3/codegen"
	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

type files = map[string][]byte

var languages = map[string]func(*schema.Package) (files, error){
	"dotnet": func(of *schema.Package) (files, error) {
		written, err := dotnet.GeneratePackage("pulumi", of, nil, nil)
		// It is downloaded, and shown where a package is published alone.
		delete(written, "logo.png")
		return written, err
	},
	"go": func(of *schema.Package) (files, error) { return golang.GeneratePackage("pulumi", of, nil) },
	"java": func(of *schema.Package) (files, error) {
		// The generator's own project is one for Gradle, and for those who publish.
		return java.GeneratePackage("pulumi", of, mavens(of), nil, true, false)
	},
	"nodejs": func(of *schema.Package) (files, error) {
		return nodejs.GeneratePackage("pulumi", of, nil, nil, false, nil)
	},
	"python": func(of *schema.Package) (files, error) { return python.GeneratePackage("pulumi", of, nil, nil) },
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("the arguments are the schema's file and a folder"))
	}
	// Whatever a generator asks the network for is not there.
	http.DefaultTransport = http.NewFileTransportFS(fstest.MapFS{})
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

//go:embed pom.xml
var pom []byte

func mavens(of *schema.Package) files {
	version := of.Version.String()
	plugin, err := json.Marshal(map[string]any{
		"resource": true, "name": of.Name, "version": version, "server": of.PluginDownloadURL,
	})
	fail(err)
	return files{
		"pom.xml": bytes.Replace(pom, []byte("VERSION"), []byte(version), 1),
		"src/main/resources/com/pulumi/immuta/plugin.json": plugin,
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
