// Holds what commands answer against the `result` that they declare. Every test's answers are checked, so that no schema can lie for long.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { PRODUCT_COMMANDS } from './declaredCommands.js';

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
formats.default(ajv);
const compiled = new Map<object, ValidateFunction>();
const results = new Map(PRODUCT_COMMANDS.map(({ command, result }) => [command, result]));

/** Answers the answer, which is JSON. Throws where it is not what the command declares. A command that is not the product's may answer what it likes. */
export function checkedAnswer(command: string, answer: unknown): unknown {
  const result = results.get(command);
  if (result === undefined) return answer;
  refuseMisfits(command, result, answer);
  return answer;
}

/** The same for what is no command; `name` is for the error. */
export function refuseMisfits(name: string, schema: object, answer: unknown): void {
  const wrong = misfits(schema, answer);
  if (wrong.length > 0)
    throw new Error(`The answer of ${name} is not as declared: ${wrong.join('; ')}.\n${JSON.stringify(answer, undefined, 2)}`);
}

/** What is wrong with a value, by a schema; throws where the schema itself is none. */
export function misfits(schema: object, value: unknown): readonly string[] {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  return validate(value) ? [] : (validate.errors ?? []).map(sentenceFor);
}

function sentenceFor({ instancePath, message = '', params }: ErrorObject): string {
  return `${instancePath || 'the whole'} ${message} ${JSON.stringify(params)}`;
}
