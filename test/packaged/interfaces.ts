// Every interface that the arguments and outputs of a component are made of, as TypeScript's compiler has them. It knows
// nothing of Pulumi's analyzer, so that the analyzer's result can be held to it.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import ts from "typescript";

export interface Described {
  readonly description: string;
}

export interface DescribedProperty extends Described {
  readonly default?: string;
  readonly optional: boolean;
}

export interface DescribedType extends Described {
  /** Of a set of words. */
  readonly words?: readonly string[];
  readonly properties: Readonly<Record<string, DescribedProperty>>;
}

export interface Interfaces {
  /** By the names of the components' classes. */
  readonly components: Readonly<Record<string, { readonly args: DescribedType; readonly outputs: DescribedType }>>;
  /** By their names in TypeScript. */
  readonly types: Readonly<Record<string, DescribedType>>;
}

const analyzed = join(__dirname, "analyzed");
const sources = resolve(__dirname, "../../src");

export function interfaces(): Interfaces {
  const { config } = ts.readConfigFile(join(analyzed, "tsconfig.json"), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, analyzed);
  const program = ts.createProgram(fileNames, options);
  const walk = new Walk(program.getTypeChecker());
  const entry = program.getSourceFile(join(analyzed, "components.ts"));
  assert.ok(entry);
  return { components: walk.componentsOf(entry), types: walk.types };
}

class Walk {
  readonly types: Record<string, DescribedType> = {};
  private readonly seen = new Set<ts.Type>();

  constructor(private readonly checker: ts.TypeChecker) {}

  componentsOf(entry: ts.SourceFile): Interfaces["components"] {
    const module = this.checker.getSymbolAtLocation(entry);
    assert.ok(module);
    return Object.fromEntries(
      this.checker.getExportsOfModule(module).map((exported) => {
        const component = this.checker.getAliasedSymbol(exported);
        const [signature] = this.checker
          .getTypeOfSymbol(component)
          .getConstructSignatures()
          .map(({ parameters }) => parameters);
        const args = this.checker.getTypeOfSymbol(signature?.find(({ name }) => name === "args") as ts.Symbol);
        const own = [...(component.members?.values() ?? [])].filter(({ flags }) => flags & ts.SymbolFlags.Property);
        return [
          component.name,
          { args: this.described(args.symbol, args.getProperties()), outputs: this.described(component, own) },
        ];
      }),
    );
  }

  private described(symbol: ts.Symbol, properties: readonly ts.Symbol[]): DescribedType {
    const entries = properties.map((property) => {
      this.visit(this.checker.getTypeOfSymbol(property));
      const byDefault = property.getJsDocTags(this.checker).find(({ name }) => name === "default");
      const described: DescribedProperty = {
        description: this.documentation(property),
        ...(byDefault && { default: ts.displayPartsToString(byDefault.text) }),
        optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
      };
      return [property.name, described] as const;
    });
    return { description: this.documentation(symbol), properties: Object.fromEntries(entries) };
  }

  /** Through whatever is around them (Inputs, lists, maps, what may be left out) to the library's own types. */
  private visit(type: ts.Type): void {
    if (this.seen.has(type)) {
      return;
    }
    this.seen.add(type);
    const set = type.aliasSymbol;
    if (set && isOwn(set) && type.isUnion()) {
      const words = type.types.map((word) => (word as ts.StringLiteralType).value);
      this.types[set.name] = { description: this.documentation(set), words, properties: {} };
      return;
    }
    const { symbol } = type;
    if (symbol && isOwn(symbol) && type.isClassOrInterface()) {
      assert.equal(this.types[symbol.name], undefined, `there are two types with the name ${symbol.name}`);
      this.types[symbol.name] = this.described(symbol, type.getProperties());
      return;
    }
    const inside = [
      ...(type.isUnionOrIntersection() ? type.types : []),
      ...(type.aliasTypeArguments ?? []),
      ...(isReference(type) ? this.checker.getTypeArguments(type) : []),
      ...this.checker.getIndexInfosOfType(type).map((index) => index.type),
    ];
    for (const part of inside) {
      this.visit(part);
    }
  }

  private documentation(symbol: ts.Symbol): string {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    return text.replace(/\{@link (\w+)\}/g, "$1");
  }
}

function isOwn({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => declaration.getSourceFile().fileName.startsWith(`${sources}/`));
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return (
    (type.flags & ts.TypeFlags.Object) !== 0 && ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0
  );
}
