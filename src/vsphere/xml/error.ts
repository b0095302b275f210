import { CarrelError } from '../../lib/errors.ts';

/** A document that is not well-formed, not what the tables say, or larger or deeper than allowed. Code `vsphere-xml`. */
export class XmlError extends CarrelError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super('vsphere-xml', message, { details });
    this.name = 'XmlError';
  }
}
