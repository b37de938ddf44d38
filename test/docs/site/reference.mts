// How the reference of the API names what users import, and describes what is described elsewhere already.
import {
  type Application,
  Comment,
  Converter,
  type DeclarationReflection,
  IndexedAccessType,
  LiteralType,
  QueryType,
  ReflectionKind,
  ReflectionType,
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

/** The type of one value of a set (`(typeof Set)[keyof typeof Set]`) has the words of its set. */
export function describeValueTypes(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const aliases = project.getReflectionsByKind(ReflectionKind.TypeAlias) as DeclarationReflection[];
    for (const alias of aliases.filter(({ comment }) => !comment)) {
      alias.comment = setOf(alias)?.comment?.clone();
    }
  });
}

/** Members of a set of words (`{ sslHello: "ssl-hello" } as const`) say which word they are: the rest stands with the set. */
export function describeWords(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const sets = project.getReflectionsByKind(ReflectionKind.Variable) as DeclarationReflection[];
    for (const { type } of sets) {
      const members = type instanceof ReflectionType ? (type.declaration.children ?? []) : [];
      for (const member of members) {
        if (member.type instanceof LiteralType) {
          member.comment ??= new Comment([{ kind: "text", text: `The word \`${member.type.value}\`.` }]);
        }
      }
    }
  });
}

function setOf({ type }: DeclarationReflection): DeclarationReflection | undefined {
  const set = type instanceof IndexedAccessType && type.objectType instanceof QueryType ? type.objectType : undefined;
  return set?.queryType.reflection as DeclarationReflection | undefined;
}
