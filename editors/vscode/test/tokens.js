// Colours a sample and all shipped terms: what each word is taken for, and that nothing runs on past its end.
const fs = require("fs");
const path = require("path");
const assert = require("assert");
const oniguruma = require("vscode-oniguruma");
const { Registry, parseRawGrammar, INITIAL } = require("vscode-textmate");

const root = path.join(__dirname, "..");
const file = path.join(root, "syntaxes", "tenor.tmLanguage.json");

async function main() {
  const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(fs.readFileSync(file, "utf8"), file),
  });
  const grammar = await registry.loadGrammar("source.tenor");
  const tokens = (text) => {
    let stack = INITIAL;
    const out = [];
    for (const line of text.split("\n")) {
      const done = grammar.tokenizeLine(line, stack);
      stack = done.ruleStack;
      for (const t of done.tokens) out.push([line.slice(t.startIndex, t.endIndex).trim(), t.scopes.slice(1).join(" ")]);
    }
    return { out, depth: stack.depth };
  };

  const sample = [
    "# a comment with a \"quote",
    "§4(d)(i) ¶last",
    "final rule price_diluted on dilution, for each certificate  when event.price < price {",
    "  price becomes $2.40/share × 1,000 but not below floor(today)",
    "  require today >= 2005-09-15 else refuse \"{today} is too early # no comment\"",
    "  deem sale { shares: 10 shares }",
    "}",
  ].join("\n");
  const { out, depth } = tokens(sample);
  const is = (text, scope) => {
    const found = out.filter(([word]) => word === text);
    assert(found.length > 0, `no token ${text}: ${JSON.stringify(out)}`);
    assert(found.some(([, scopes]) => scopes.includes(scope)), `${text} is ${found.map(([, s]) => s)}, and not ${scope}`);
  };
  assert.strictEqual(depth, INITIAL.depth);
  is('# a comment with a "quote', "comment.line");
  is("§4(d)(i) ¶last", "entity.name.tag.clause");
  is("rule", "keyword.declaration");
  is("price_diluted", "entity.name.function");
  is("when", "keyword.control");
  is("becomes", "keyword.control");
  is("$2.40/share", "constant.numeric");
  is("1,000", "constant.numeric");
  is("floor", "entity.name.function.call");
  is("2005-09-15", "constant.numeric.date");
  is("is too early # no comment", "string.quoted");
  is("today", "meta.embedded");
  is("shares", "variable.parameter.field");

  // every shipped file ends where it began: no text and no bracket of one swallows what follows
  const terms = path.join(root, "..", "..", "terms");
  const all = [terms, path.join(terms, "lib")].flatMap((f) => fs.readdirSync(f).map((n) => path.join(f, n))).filter((f) => f.endsWith(".terms"));
  assert(all.length > 100);
  for (const f of all) assert.strictEqual(tokens(fs.readFileSync(f, "utf8")).depth, INITIAL.depth, f);
  console.log(`${out.length} tokens as they should be, ${all.length} files of terms`);
}

main().catch((why) => {
  console.error(why.message || why);
  process.exit(1);
});
