// Lets a service id work as a parameter decorator. Imported for its effect, before any module with a decorated class.
import 'reflect-metadata';
import { setServiceInjector } from '@postroom/sdk/services';
import { inject } from 'inversify';

// A service id is a function, which inversify takes for a class and compares by identity: all that it needs.
setServiceInjector((target, index, id) => inject(id as never)(target, undefined, index));
