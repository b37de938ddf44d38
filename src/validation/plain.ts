// What is left of a type of arguments once everything in it is known: no Input, Output or Promise anywhere.
import type { OutputInstance } from "@pulumi/pulumi";

export type Plain<T> =
  T extends OutputInstance<infer Value>
    ? Plain<Value>
    : T extends Promise<infer Value>
      ? Plain<Value>
      : T extends readonly (infer Item)[]
        ? Plain<Item>[]
        : T extends object
          ? { [Key in keyof T]: Plain<T[Key]> }
          : T;
