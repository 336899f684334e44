/** The Verilog that templates are written in, as a tree: modules of declarations, assignments, always blocks and functions. */

export type Expression =
  | { readonly kind: 'number'; readonly value: bigint; readonly width: number | undefined }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  /** `of[high:low]` */
  | { readonly kind: 'slice'; readonly of: Expression; readonly high: Expression; readonly low: Expression }
  /** `of[at +: width]` */
  | { readonly kind: 'part'; readonly of: Expression; readonly at: Expression; readonly width: Expression }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'concat'; readonly parts: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly times: Expression; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly given: readonly Expression[] };

export type Statement =
  | { readonly kind: 'assign'; readonly to: Expression; readonly from: Expression }
  | { readonly kind: 'if'; readonly test: Expression; readonly yes: Statement; readonly no: Statement | undefined }
  | {
      readonly kind: 'case';
      readonly of: Expression;
      readonly arms: readonly { readonly labels: readonly Expression[]; readonly body: Statement }[];
    }
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly from: Expression;
      readonly test: Expression;
      readonly next: Expression;
      readonly body: Statement;
    }
  | { readonly kind: 'block'; readonly body: readonly Statement[] };

export interface Declaration {
  readonly name: string;
  /** Undefined for one bit. */
  readonly high: Expression | undefined;
  readonly low: Expression | undefined;
  /** Last index of an array. */
  readonly last: Expression | undefined;
  readonly isInput: boolean;
}

export type Item =
  | { readonly kind: 'declare'; readonly declaration: Declaration }
  | { readonly kind: 'constant'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'assign'; readonly to: Expression; readonly from: Expression }
  | { readonly kind: 'always'; readonly clocked: boolean; readonly body: Statement }
  | {
      readonly kind: 'function';
      readonly declaration: Declaration;
      readonly locals: readonly Declaration[];
      readonly body: Statement;
    };
