// For `node --import`: in this process and its threads mailparser cannot be loaded.
import { register } from 'node:module';

register(new URL('./refuse.js', import.meta.url));
