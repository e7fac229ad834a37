// secrets rotate: a new key for the passwords at the ISPs.
import { SecretStore } from '../configuration/secretStore.js';
import { type CommandArea, handler } from './area.js';

export class SecretsArea implements CommandArea {
  constructor(@SecretStore private readonly secrets: SecretStore) {}

  readonly handlers = {
    'secrets.rotate': handler(async () => ({ encryptedAnew: await this.secrets.rotateKey() })),
  };
}
