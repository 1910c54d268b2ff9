import { createRequire } from 'node:module';
import type fastCheck from 'fast-check';

// What imports fast-check in a test gets this, so here it is asked for as Node finds it.
const { default: fc } = createRequire(import.meta.url)('fast-check') as { readonly default: typeof fastCheck };

/**
 * Properties draw the same cases on every machine, so that a run that fails fails for everyone. Another number in
 * PROPERTY_SEED draws other cases; what fails there becomes an example of its property.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });

export default fc;
