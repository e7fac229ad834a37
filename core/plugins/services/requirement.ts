// What a manifest says in `requires`. Pure.

/** `MailStore@^1.0.0` in its parts; `*` where no version is named. */
export interface Requirement {
  readonly service: string;
  readonly range: string;
}

export function requirement(text: string): Requirement {
  const at = text.indexOf('@');
  return at < 0 ? { service: text, range: '*' } : { service: text.slice(0, at), range: text.slice(at + 1) };
}
