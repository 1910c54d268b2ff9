import fc from 'fast-check';

/**
 * Properties draw the same cases on every machine, so that a run that fails fails for everyone. Another number in
 * PROPERTY_SEED draws other cases; what fails there becomes an example of its property.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });
