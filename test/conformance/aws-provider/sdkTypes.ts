// The types of @pulumi/aws, which are made of the provider's own schema, in the terms in which the double lists inputs.
// They are read as they are written: to have the compiler check all of the package takes minutes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { Schema, Type } from "../../lab/providers/protocol/inputs";

const root = dirname(require.resolve("@pulumi/aws/package.json"));

type Members = readonly (ts.PropertySignature | ts.PropertyDeclaration)[];

/** An output: what it is, and whether it may be missing in the state. */
export interface Output {
  readonly type: Type;
  readonly optional: boolean;
}

const files = new Map<string, ts.SourceFile>();

/** "ec2/eip" */
function fileOf(name: string): ts.SourceFile {
  const path = join(root, `${name}.d.ts`);
  const parsed = files.get(name) ?? ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  files.set(name, parsed);
  return parsed;
}

/** What the constructor takes of the resource with that token. */
export function inputsOf(token: string): Schema {
  const { file, name } = placeOf(token);
  return schemaOf(interfaceIn(fileOf(file).statements, `${name}Args`));
}

/** What the class of the resource tells. */
export function outputsOf(token: string): Readonly<Record<string, Output>> {
  const { file, name } = placeOf(token);
  const declaration = fileOf(file).statements.find(
    (statement): statement is ts.ClassDeclaration => ts.isClassDeclaration(statement) && statement.name?.text === name,
  );
  assert.ok(declaration, `the package has no class ${name}`);
  const fields = declaration.members.filter(ts.isPropertyDeclaration).filter((member) => !isStatic(member));
  const entries = fields.map((field): [string, Output] => {
    const parts = unionOf(field.type);
    return [nameOf(field), { type: typeOf(parts), optional: parts.length < rawUnionOf(field.type).length }];
  });
  return Object.fromEntries(entries);
}

/** What the data source with that token takes. */
export function argumentsOf(token: string): Schema {
  const { file, name } = placeOf(token);
  const args = `${name.replace(/^get/, "Get")}Args`;
  return schemaOf(interfaceIn(fileOf(file).statements, args));
}

/** What a data source always tells, and what it may tell. */
export function resultsOf(token: string): Schema {
  const { file, name } = placeOf(token);
  return schemaOf(interfaceIn(fileOf(file).statements, `${name.replace(/^get/, "Get")}Result`));
}

/** The provider's configuration. */
export function configurationOf(): Schema {
  return schemaOf(interfaceIn(fileOf("provider").statements, "ProviderArgs"));
}

/** "aws:ec2/eip:Eip" is the class Eip in the file ec2/eip. */
function placeOf(token: string): { file: string; name: string } {
  const [, file = "", name = ""] = token.split(":");
  return { file: file.replace(/^index\//, ""), name };
}

function interfaceIn(statements: readonly ts.Statement[], name: string): Members {
  const found = statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  assert.ok(found, `the package has no interface ${name}`);
  return found.members.filter(ts.isPropertySignature);
}

function schemaOf(members: Members): Schema {
  const entries = members.map((member) => {
    const required = member.questionToken === undefined ? { required: true as const } : {};
    return [nameOf(member), { type: typeOf(unionOf(member.type)), ...required }];
  });
  return Object.fromEntries(entries);
}

function nameOf(member: Members[number]): string {
  return (member.name as ts.Identifier).text;
}

function isStatic(member: ts.PropertyDeclaration): boolean {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}

/** The parts of a union, out of whatever Input or Output they are in. */
function rawUnionOf(node: ts.TypeNode | undefined): readonly ts.TypeNode[] {
  if (!node) {
    return [];
  }
  if (ts.isTypeReferenceNode(node) && /^pulumi\.(Input|Output)$/.test(node.typeName.getText())) {
    return rawUnionOf(node.typeArguments?.[0]);
  }
  return ts.isUnionTypeNode(node) ? node.types.flatMap(rawUnionOf) : [node];
}

function unionOf(node: ts.TypeNode | undefined): readonly ts.TypeNode[] {
  return rawUnionOf(node).filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
}

function typeOf(parts: readonly ts.TypeNode[]): Type {
  const [first] = parts;
  assert.ok(first);
  // A text may as well be one of an enumeration, a resource that has it as its id, or a policy in JSON.
  if (parts.some((part) => part.getText().endsWith("iam.PolicyDocument"))) {
    return "document";
  }
  if (ts.isArrayTypeNode(first)) {
    return { list: typeOf(unionOf(first.elementType)) };
  }
  if (ts.isTypeLiteralNode(first)) {
    const index = first.members.find(ts.isIndexSignatureDeclaration);
    return { map: typeOf(unionOf(index?.type)) };
  }
  if (ts.isTypeReferenceNode(first)) {
    return referred(first.typeName.getText());
  }
  return first.getText() as Type;
}

/** "inputs.ec2.InstanceRootBlockDevice" */
function referred(name: string): Type {
  const [side, ...path] = name.split(".");
  const last = path.pop() ?? "";
  const file = fileOf(side === "inputs" ? "types/input" : "types/output");
  const statements = path.reduce<readonly ts.Statement[]>((outer, module) => {
    const found = outer.filter(ts.isModuleDeclaration).filter((one) => one.name.text === module);
    return found.flatMap(({ body }) => (body && ts.isModuleBlock(body) ? [...body.statements] : []));
  }, file.statements);
  return { object: schemaOf(interfaceIn(statements, last)) };
}
