// Reads a text, prints `[[line, start, end, scope, …], …]` as the engine of VS Code colours it.
const fs = require("fs");
const path = require("path");
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer;
const grammar = path.join(__dirname, "..", "..", "grammar", "hebb.tmLanguage.json");

const registry = new textmate.Registry({
  onigLib: oniguruma.loadWASM(wasm).then(() => ({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  })),
  loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(grammar, "utf8"), grammar),
});

registry.loadGrammar("source.hebb").then((loaded) => {
  let state = textmate.INITIAL;
  const found = [];
  fs.readFileSync(0, "utf8").split("\n").forEach((line, number) => {
    const read = loaded.tokenizeLine(line, state);
    for (const token of read.tokens)
      found.push([number, token.startIndex, token.endIndex, ...token.scopes.slice(1)]);
    state = read.ruleStack;
  });
  console.log(JSON.stringify(found));
});
