import { expect } from "chai";
import { render } from "../../../sandbox/immuta/template";

const noParts = (name: string): string => {
  throw new Error(`no part ${name}`);
};

describe("sandbox/immuta: script templates", () => {
  const value = "o'Brien]\n{{text:x}}";

  const cases: { name: string; template: string; rendered: string }[] = [
    {
      name: "an identifier",
      template: "DROP USER {{name:v}};",
      rendered: "DROP USER [o'Brien]]\n{{text:x}}];",
    },
    { name: "a literal", template: "= {{text:v}}", rendered: "= N'o''Brien]\n{{text:x}}'" },
    {
      name: "a literal in dynamic SQL",
      template: "{{exec}}ALTER LOGIN {{name:v}} WITH PASSWORD = {{text:v}}{{/exec}};",
      rendered: "EXEC(N'ALTER LOGIN [o''Brien]]\n{{text:x}}] WITH PASSWORD = N''o''''Brien]\n{{text:x}}''');",
    },
    { name: "a flag that is set", template: "a\n{{if yes}}\nb\n{{/if}}\nc", rendered: "a\nb\nc" },
    { name: "a flag that is not", template: "a\n{{if no}}\nb\n{{/if}}\nc", rendered: "a\nc" },
    { name: "unless", template: "{{unless no}}b{{/unless}}", rendered: "b" },
    { name: "a list", template: "{{each list}}{{name:item}};{{/each}}", rendered: "[a];[b]]];" },
  ];
  for (const { name, template, rendered } of cases)
    it(`renders ${name}`, () => {
      expect(render(template, { v: value, yes: true, no: false, list: ["a", "b]"] }, noParts)).to.equal(
        rendered,
      );
    });

  it("renders another template in its place", () => {
    expect(render("a {{part p}} c", { v: "b" }, () => "{{text:v}}")).to.equal("a N'b' c");
  });

  for (const template of [
    "{{text:missing}}",
    "{{if v}}x{{/if}}",
    "{{each v}}{{/each}}",
    "{{what}}",
    "{{if yes}}",
    "{{/if}}",
  ])
    it(`refuses ${template}`, () => {
      expect(() => render(template, { v: "text", yes: true }, noParts)).to.throw(/^template: /);
    });
});
