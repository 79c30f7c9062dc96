// The pieces that spell the types of operands and results.
import type { Operation } from "../module.ts";
import { typeText } from "../spell.ts";
import type { Type } from "../types.ts";
import { functionalType, operandTypes, resultTypeList, resultTypes, sameType } from "../writer.ts";
import type { Draft, Piece, Reader } from "./piece.ts";

function readFunctional(reader: Reader, draft: Draft): void {
  const { inputs, results } = reader.functionType();
  draft.operandTypes = inputs;
  draft.resultTypes = results;
}

/** `(a, b) -> c` */
export const functional: Piece = { print: functionalType, read: readFunctional };

/** One type where operands and result all have it, else the functional type. */
export const same: Piece = {
  print: sameType,
  read(reader, draft) {
    if (reader.ahead("(")) return readFunctional(reader, draft);
    const type = reader.type();
    draft.operandTypes = draft.operands.map(() => type);
    draft.resultTypes = [type];
  },
};

/** The results' types; the operands' are those of their definitions. */
export const results: Piece = {
  print: resultTypeList,
  read(reader, draft) {
    draft.resultTypes = reader.types();
  },
};

/** One type, of the single operand and the single result. */
export const through: Piece = {
  print: resultTypeList,
  read(reader, draft) {
    const type = reader.type();
    draft.operandTypes = [type];
    draft.resultTypes = [type];
  },
};

/** The types of operands, of an operation without results. */
export const operandsOnly: Piece = {
  print: (op) => operandTypes(op).map(typeText).join(", "),
  read(reader, draft) {
    draft.operandTypes = reader.types();
  },
};

/** `a, b -> c` */
export const bareFunctional: Piece = {
  print: (op) => `${operandTypes(op).map(typeText).join(", ")} -> ${resultTypeList(op)}`,
  read(reader, draft) {
    draft.operandTypes = reader.types();
    reader.literal("->");
    draft.resultTypes = reader.types();
  },
};

/** `pred, t` where both choices and the result have one type, else the functional type. */
export const selection: Piece = {
  print(op: Operation): string {
    const [predicate, onTrue, onFalse] = operandTypes(op).map(typeText);
    const short = onTrue === onFalse && onTrue === resultTypeList(op);
    return short ? `${predicate}, ${onTrue}` : functionalType(op);
  },
  read(reader, draft) {
    if (reader.ahead("(")) return readFunctional(reader, draft);
    const [predicate, type] = reader.types() as [Type, Type | undefined];
    if (type === undefined) return reader.fail("expected two types, of the predicate and of the choices, got one");
    draft.operandTypes = [predicate, type, type];
    draft.resultTypes = [type];
  },
};

/** `t -> (u, v)` */
export const oneToMany: Piece = {
  print: (op) => `${typeText(op.operands[0]!.type)} -> (${resultTypes(op).map(typeText).join(", ")})`,
  read(reader, draft) {
    draft.operandTypes = [reader.type()];
    reader.literal("->");
    reader.literal("(");
    draft.resultTypes = reader.types();
    reader.literal(")");
  },
};
