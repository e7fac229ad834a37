// TypeScript from JSON Schema (draft-07), as far as answers use it: readable, with doc comments. What it does not know it refuses, with the place.

/** They say something of a value that a type does not: they are for people and for validators. */
const SILENT = new Set(['title', 'description', 'format', 'contentEncoding', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern']);
const PLAIN = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };
const META_SCHEMA = 'http://json-schema.org/draft-07/schema#';
const INDENT = '  ';

/** The declarations of one answer: an interface where it is an object or a list of objects, an alias of another kind of type otherwise. */
export function declarationOf(name, schema, doc) {
  const about = commentOf(doc, '');
  if (schema.type === 'object' && schema.properties !== undefined)
    return `${about}export interface ${name}Answer ${typeOf(schema, name, '')}\n`;
  const items = schema.type === 'array' ? schema.items : undefined;
  if (items?.type !== 'object' || items.properties === undefined)
    return `${about}export type ${name}Answer = ${typeOf(schema, name, '')};\n`;
  refuseUnknown(schema, ['type', 'items'], name);
  return `${about}export type ${name}Answer = readonly ${name}Row[];\n\n${commentOf(items.description, '')}export interface ${name}Row ${typeOf(items, `${name}/items`, '')}\n`;
}

/** `at` is where the schema stands, for the error; `indent` is that of the line in which the type begins. */
export function typeOf(schema, at, indent = '') {
  if (schema.$ref !== undefined) {
    refuseUnknown(schema, ['$ref'], at);
    if (schema.$ref !== META_SCHEMA) throw new Error(`${at}: $ref to ${schema.$ref}: only the meta-schema ${META_SCHEMA} is known.`);
    return 'Schema';
  }
  if (schema.enum !== undefined) {
    refuseUnknown(schema, ['enum', 'type'], at);
    return schema.enum.map(literal).join(' | ');
  }
  if (schema.const !== undefined) {
    refuseUnknown(schema, ['const', 'type'], at);
    return literal(schema.const);
  }
  if (schema.anyOf !== undefined) {
    refuseUnknown(schema, ['anyOf'], at);
    return schema.anyOf.map((choice, place) => typeOf(choice, `${at}/anyOf/${place}`, indent)).join(' | ');
  }
  if (schema.type === undefined) {
    refuseUnknown(schema, [], at);
    return 'unknown';
  }
  if (schema.type === 'object') return objectType(schema, at, indent);
  if (schema.type === 'array') return arrayType(schema, at, indent);
  refuseUnknown(schema, ['type'], at);
  const types = [schema.type].flat().map((type) => {
    if (PLAIN[type] === undefined) throw new Error(`${at}: the type ${JSON.stringify(type)} is not known here.`);
    return PLAIN[type];
  });
  return [...new Set(types)].join(' | ');
}

function arrayType(schema, at, indent) {
  refuseUnknown(schema, ['type', 'items'], at);
  if (schema.items === undefined || Array.isArray(schema.items))
    throw new Error(`${at}: a list needs "items", one schema for all of them.`);
  const { items } = schema;
  const type = typeOf(items, `${at}/items`, indent);
  const choices = items.anyOf ?? items.enum ?? [items.type].flat();
  return `readonly ${choices.length > 1 || items.type === 'array' ? `(${type})` : type}[]`;
}

function objectType(schema, at, indent) {
  refuseUnknown(schema, ['type', 'properties', 'required', 'additionalProperties'], at);
  const { properties, required = [], additionalProperties: others } = schema;
  if (others === undefined) throw new Error(`${at}: an object says in "additionalProperties" whether it may hold more than it names.`);
  if (properties === undefined) return `Readonly<Record<string, ${typeof others === 'object' ? typeOf(others, at, indent) : 'unknown'}>>`;
  if (others !== false) throw new Error(`${at}: an object with "properties" and others beside them is not known here.`);
  const stray = required.find((key) => properties[key] === undefined);
  if (stray !== undefined) throw new Error(`${at}: "required" names ${stray}, which "properties" does not.`);
  const inner = `${indent}${INDENT}`;
  const members = Object.entries(properties).map(([key, property]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key);
    const mark = required.includes(key) ? '' : '?';
    const about = commentOf(property.description ?? property.title, inner);
    return `${about}${inner}readonly ${name}${mark}: ${typeOf(property, `${at}/${key}`, inner)};\n`;
  });
  return `{\n${members.join('')}${indent}}`;
}

function refuseUnknown(schema, known, at) {
  const unknown = Object.keys(schema).find((keyword) => !known.includes(keyword) && !SILENT.has(keyword));
  if (unknown !== undefined) throw new Error(`${at}: the keyword "${unknown}" is not known here.`);
}

/** As the house writes texts. */
function literal(value) {
  if (typeof value !== 'string') return JSON.stringify(value);
  return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** '' where there is nothing to say. */
function commentOf(text, indent) {
  return text === undefined || text === '' ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/').replace(/\s+/g, ' ')} */\n`;
}
