// Rows as a parameter of a statement: one array a column, which `unnest` makes a table of again.
import { bigints, booleans, integers, octets, texts } from './binaryArrays.js';

const ARRAYS = { bigint: bigints, integer: integers, boolean: booleans, text: texts, bytea: octets } as const;

type Value<T extends keyof typeof ARRAYS> = Parameters<(typeof ARRAYS)[T]>[0][number];

/** A column and where its values come from. */
export type Column<R> = {
  readonly [T in keyof typeof ARRAYS]: readonly [name: string, type: T, of: (row: R) => Value<T>];
}[keyof typeof ARRAYS];

export class RowTable<R> {
  /** To stand behind FROM; its last column `n` counts the rows from 1. */
  readonly sql: string;
  /** The columns' names, for INSERT. */
  readonly columns: string;

  /** `first`: number of the statement's parameter that its first column is. */
  constructor(
    readonly name: string,
    private readonly of: readonly Column<R>[],
    readonly first: number,
  ) {
    this.columns = of.map(([column]) => column).join(', ');
    const arrays = of.map(([, type], index) => `$${first + index}::${type}[]`).join(', ');
    this.sql = `unnest(${arrays}) WITH ORDINALITY AS ${name} (${this.columns}, n)`;
  }

  /** Number of the parameter behind its last one. */
  get next(): number {
    return this.first + this.of.length;
  }

  values(rows: readonly R[]): readonly Buffer[] {
    return this.of.map(([, type, of]) => (ARRAYS[type] as (values: readonly unknown[]) => Buffer)(rows.map((row) => of(row))));
  }
}
