// How the reference of the API names what users import, and describes what is described elsewhere already.
import {
  type Application,
  Converter,
  type DeclarationReflection,
  IndexedAccessType,
  QueryType,
  ReflectionKind,
} from "typedoc";

/**
 * A module is called what it is imported as.
 * @param entryPoints By source file.
 */
export function nameEntryPoints(app: Application, entryPoints: ReadonlyMap<string, string>): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = entryPoints.get(project.files.getReflectionPath(module) ?? "") ?? module.name;
    }
  });
}

/** The type of one value of a set (`(typeof set)[number]`) has the words of its set. */
export function describeValueTypes(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const aliases = project.getReflectionsByKind(ReflectionKind.TypeAlias) as DeclarationReflection[];
    for (const alias of aliases.filter(({ comment }) => !comment)) {
      alias.comment = setOf(alias)?.comment?.clone();
    }
  });
}

function setOf({ type }: DeclarationReflection): DeclarationReflection | undefined {
  const set = type instanceof IndexedAccessType && type.objectType instanceof QueryType ? type.objectType : undefined;
  return set?.queryType.reflection as DeclarationReflection | undefined;
}
