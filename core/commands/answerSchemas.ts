// The kinds of answers that commands give, as JSON Schema (draft-07), exact: types, the API's description and a test are made from them.
// They describe the answer as JSON: a date is a text, and what is `undefined` is missing.

export type AnswerSchema = Readonly<Record<string, unknown>>;

export const string = (description?: string): AnswerSchema => described({ type: 'string' }, description);
export const boolean = (description?: string): AnswerSchema => described({ type: 'boolean' }, description);
export const oneOf = (values: readonly string[], description?: string): AnswerSchema =>
  described({ type: 'string', enum: values }, description);
export const arrayOf = (items: AnswerSchema, description?: string): AnswerSchema => described({ type: 'array', items }, description);
export const strings = (description?: string): AnswerSchema => arrayOf(string(), description);

/** `present` is in every answer, `absent` may be missing; nothing else is there. */
export function object(
  present: Readonly<Record<string, AnswerSchema>>,
  absent: Readonly<Record<string, AnswerSchema>> = {},
  description?: string,
): AnswerSchema {
  const required = Object.keys(present);
  return described(
    { type: 'object', additionalProperties: false, ...(required.length > 0 && { required }), properties: { ...present, ...absent } },
    description,
  );
}

function described(schema: AnswerSchema, description: string | undefined): AnswerSchema {
  return description === undefined ? schema : { ...schema, description };
}

/** A value that is a JSON Schema itself, with Postroom's keywords. */
export const jsonSchema: AnswerSchema = { $ref: 'http://json-schema.org/draft-07/schema#' };
