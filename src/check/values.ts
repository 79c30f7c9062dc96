// The one place that decides what is a tensor: by type, or because a transformation makes a number one.
import { ts } from "ts-morph";
import type { Api } from "./api.ts";
import { bare } from "./syntax.ts";

/** What a union holds. */
export interface Kinds {
  readonly tensor: boolean;
  readonly nullish: boolean;
  readonly other: boolean;
}

const nothing: Kinds = { tensor: false, nullish: false, other: false };
const other: Kinds = { ...nothing, other: true };

const scalarFlags = ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike | ts.TypeFlags.BooleanLike;
const nullishFlags = ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void;
const typedArray = /^(Big)?(Ui|I)nt(8|16|32|64)Array$|^Float(32|64)Array$/;
/** What arrays and typed arrays know without their values. */
const sizes: ReadonlySet<string> = new Set(["length", "byteLength", "BYTES_PER_ELEMENT"]);

export const arithmetic: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.SlashToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.CaretToken,
]);

/** Operators that give one of their operands. */
const choices: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
]);

export class Values {
  /** Parameters whose numbers and typed arrays are tensors inside. */
  readonly traced = new Set<ts.Node>();
  readonly #api: Api;
  readonly #kinds = new Map<ts.Type, Kinds>();

  constructor(api: Api) {
    this.#api = api;
  }

  kindsOf(type: ts.Type): Kinds {
    const known = this.#kinds.get(type);
    if (known !== undefined) return known;
    this.#kinds.set(type, other);
    const kinds = this.#examine(type);
    this.#kinds.set(type, kinds);
    return kinds;
  }

  #examine(type: ts.Type): Kinds {
    if (type.isUnion())
      return type.types
        .map((t) => this.kindsOf(t))
        .reduce((a, b) => ({
          tensor: a.tensor || b.tensor,
          nullish: a.nullish || b.nullish,
          other: a.other || b.other,
        }));
    if (type.flags & nullishFlags) return { ...nothing, nullish: true };
    if (type.flags & ts.TypeFlags.Never) return nothing;
    if (type.isTypeParameter()) {
      const constraint = this.#api.checker.getBaseConstraintOfType(type);
      return constraint === undefined || constraint === type ? other : this.kindsOf(constraint);
    }
    return this.isTensorType(type) ? { ...nothing, tensor: true } : other;
  }

  /** Tensor itself, or a class that extends it. */
  isTensorType(type: ts.Type): boolean {
    if (this.#api.tensor === undefined) return false;
    if (type.isIntersection()) return type.types.some((t) => this.isTensorType(t));
    if (type.symbol === this.#api.tensor) return true;
    return type.isClassOrInterface() && this.#api.checker.getBaseTypes(type).some((t) => this.isTensorType(t));
  }

  typeAt(expression: ts.Node): ts.Type {
    return this.#api.checker.getTypeAtLocation(expression);
  }

  kindsAt(expression: ts.Expression): Kinds {
    return certainlyHost(bare(expression)) ? other : this.kindsOf(this.typeAt(expression));
  }

  /** A tensor, and nothing else. */
  isTensor(expression: ts.Expression): boolean {
    const { tensor, nullish, other } = this.kindsAt(expression);
    return (tensor && !nullish && !other) || this.isTracedScalar(expression);
  }

  /** A tensor, or a tensor unless it is missing. */
  isTensorIfPresent(expression: ts.Expression): boolean {
    const { tensor, other } = this.kindsAt(expression);
    return (tensor && !other) || this.isTracedScalar(expression);
  }

  /** A tensor or some other value: nothing here tells which. */
  mayBeTensor(expression: ts.Expression): boolean {
    return this.kindsAt(expression).tensor || this.isTracedScalar(expression);
  }

  /** The type holds tensors: itself, its elements, its properties. */
  holdsTensors(type: ts.Type, depth = 3): boolean {
    if (this.kindsOf(type).tensor) return true;
    if (depth === 0 || type.flags & (scalarFlags | ts.TypeFlags.StringLike | ts.TypeFlags.Any)) return false;
    if (type.isUnion()) return type.types.some((t) => this.holdsTensors(t, depth));
    const { checker } = this.#api;
    if (checker.isArrayType(type) || checker.isTupleType(type))
      return checker.getTypeArguments(type as ts.TypeReference).some((t) => this.holdsTensors(t, depth - 1));
    if (!isPlainObject(type)) return false;
    const indexed = type.getStringIndexType();
    if (indexed !== undefined && this.holdsTensors(indexed, depth - 1)) return true;
    return type
      .getProperties()
      .slice(0, 24)
      .some((p) => this.holdsTensors(checker.getTypeOfSymbol(p), depth - 1));
  }

  /** Declared as a number, boolean or typed array, and a tensor when the function runs. */
  isTracedScalar(expression: ts.Expression): boolean {
    const at = bare(expression);
    if (certainlyHost(at) || !this.isTracedTree(at)) return false;
    if (isComputation(at)) return true;
    const type = this.typeAt(at);
    if (!this.#isArrayOfNumbers(type) && !isScalar(type)) return false;
    // Where the declaration allows tensors, a number here has been told from them.
    const named = ts.isPropertyAccessExpression(at) ? at.name : at;
    const symbol = ts.isIdentifier(named) ? this.#api.symbolAt(named) : undefined;
    return symbol === undefined || !this.kindsOf(this.#api.checker.getTypeOfSymbol(symbol)).tensor;
  }

  #isArrayOfNumbers(type: ts.Type): boolean {
    const parts = type.isUnion() ? type.types : [type];
    const solid = parts.filter((t) => !(t.flags & nullishFlags));
    return solid.length > 0 && solid.every((t) => typedArray.test(t.symbol?.name ?? ""));
  }

  /** Part of a tree whose leaves a transformation has replaced with tensors. */
  isTracedTree(expression: ts.Expression, depth = 0): boolean {
    const at = bare(expression);
    if (depth > 16 || (this.traced.size === 0 && !isComputation(at))) return false;
    const part = (e: ts.Expression) => this.isTracedTree(e, depth + 1);
    if (ts.isIdentifier(at)) return this.#isTracedName(at, depth);
    if (ts.isPropertyAccessExpression(at))
      return !sizes.has(at.name.text) && part(at.expression) && this.#isTree(at.expression);
    if (ts.isElementAccessExpression(at)) return part(at.expression) && this.#isTree(at.expression);
    if (ts.isConditionalExpression(at)) return part(at.whenTrue) || part(at.whenFalse);
    const tensor = (e: ts.Expression) => this.isTensor(e);
    if (ts.isBinaryExpression(at)) {
      if (arithmetic.has(at.operatorToken.kind)) return tensor(at.left) || tensor(at.right);
      return choices.has(at.operatorToken.kind) && (part(at.left) || part(at.right));
    }
    if (ts.isPrefixUnaryExpression(at)) return at.operator !== ts.SyntaxKind.ExclamationToken && tensor(at.operand);
    return ts.isCallExpression(at) && isMathCall(at) && at.arguments.some(tensor);
  }

  #isTracedName(name: ts.Identifier, depth: number): boolean {
    const symbol = this.#api.symbolAt(name);
    return symbol?.valueDeclaration !== undefined && this.#isTracedDeclaration(symbol.valueDeclaration, depth);
  }

  #isTracedDeclaration(declaration: ts.Node, depth: number): boolean {
    if (ts.isParameter(declaration)) return this.traced.has(declaration);
    if (ts.isBindingElement(declaration)) return this.#isTracedDeclaration(declaration.parent.parent, depth);
    if (!ts.isVariableDeclaration(declaration)) return false;
    if (declaration.initializer !== undefined) return this.isTracedTree(declaration.initializer, depth + 1);
    const loop = declaration.parent.parent;
    return ts.isForOfStatement(loop) && this.isTracedTree(loop.expression, depth + 1);
  }

  /** Arrays and plain objects: what a tree can be made of. Tensors and typed arrays are leaves, classes unknown. */
  #isTree(expression: ts.Expression): boolean {
    const type = this.#api.checker.getNonNullableType(this.typeAt(expression));
    return (type.isUnion() ? type.types : [type]).every(
      (t) => this.#api.checker.isArrayType(t) || this.#api.checker.isTupleType(t) || isPlainObject(t),
    );
  }
}

export const isMathCall = (call: ts.CallExpression): boolean =>
  ts.isPropertyAccessExpression(call.expression) &&
  ts.isIdentifier(call.expression.expression) &&
  call.expression.expression.text === "Math";

/** What JavaScript computes with numbers: of a tensor, it should be a tensor. */
const isComputation = (at: ts.Expression): boolean =>
  ts.isBinaryExpression(at)
    ? arithmetic.has(at.operatorToken.kind)
    : ts.isPrefixUnaryExpression(at)
      ? at.operator !== ts.SyntaxKind.ExclamationToken
      : ts.isCallExpression(at) && isMathCall(at);

/** No type needs to be asked. */
function certainlyHost(at: ts.Expression): boolean {
  switch (at.kind) {
    case ts.SyntaxKind.NumericLiteral:
    case ts.SyntaxKind.BigIntLiteral:
    case ts.SyntaxKind.StringLiteral:
    case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
    case ts.SyntaxKind.TrueKeyword:
    case ts.SyntaxKind.FalseKeyword:
    case ts.SyntaxKind.NullKeyword:
    case ts.SyntaxKind.TypeOfExpression:
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.FunctionExpression:
    case ts.SyntaxKind.ArrayLiteralExpression:
    case ts.SyntaxKind.ObjectLiteralExpression:
    case ts.SyntaxKind.RegularExpressionLiteral:
    case ts.SyntaxKind.TemplateExpression:
      return true;
    default:
      return false;
  }
}

function isScalar(type: ts.Type): boolean {
  const parts = type.isUnion() ? type.types : [type];
  const solid = parts.filter((t) => !(t.flags & nullishFlags));
  return solid.length > 0 && solid.every((t) => (t.flags & scalarFlags) !== 0);
}

function isPlainObject(type: ts.Type): boolean {
  if (!(type.flags & ts.TypeFlags.Object) || typedArray.test(type.symbol?.name ?? "")) return false;
  const symbol = type.symbol as ts.Symbol | undefined;
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Class) return false;
  return type.getCallSignatures().length === 0 && type.getConstructSignatures().length === 0;
}
