// What the compiler says of a file, by the settings of this project.
import { resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "../..");

export function compilerComplaints(file: string): string[] {
  const { config } = ts.readConfigFile(resolve(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // What of an example is used is not the point.
  const lenient = { ...options, noEmit: true, noUnusedParameters: false, noUnusedLocals: false };
  return ts.getPreEmitDiagnostics(ts.createProgram([file], lenient)).map(({ messageText, start = 0, file: where }) => {
    const line = where ? where.text.slice(0, start).split("\n").length : 0;
    return `${where?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}
