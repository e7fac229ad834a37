// secrets rotate: a new key for the passwords at the ISPs.
import { SecretStore } from '@postroom/sdk/services';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { SECRETS_COMMANDS } from './secretsDeclarations.js';

export class SecretsArea implements CommandArea {
  constructor(@SecretStore private readonly secrets: SecretStore) {}

  readonly handlers: HandlersOf<typeof SECRETS_COMMANDS> = {
    'secrets.rotate': handler(async () => ({ encryptedAnew: await this.secrets.rotateKey() })),
  };
}
