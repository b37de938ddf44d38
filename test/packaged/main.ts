// Writes the schema of the package for other languages: npm run schema.
import { writeFileSync } from "node:fs";
import { makeSchema, schemaFile } from "./schema";

writeFileSync(schemaFile, `${JSON.stringify(makeSchema(), null, 2)}\n`);
