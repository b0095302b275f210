import { imageNameProblem } from '../../core/image.ts';
import { CarrelError } from '../../lib/errors.ts';
import { existingImage, existingRevision, managedImage } from '../access.ts';
import { labelsAsked } from '../labels.ts';
import type { Deps, Handlers } from './types.ts';

type ImageOperation =
  | 'listImages'
  | 'showImage'
  | 'changeImage'
  | 'buildImage'
  | 'importVm'
  | 'listRevisions'
  | 'showRevision'
  | 'replicateImage'
  | 'proveRevision'
  | 'publishRevision'
  | 'retireRevision'
  | 'unretireRevision'
  | 'deleteRevision'
  | 'resealRevision'
  | 'verifyImage'
  | 'imageLineage'
  | 'lineage';

/** Refuses a name that a new image may not have. */
export function checkNewName(name: string): void {
  const wrong = imageNameProblem(name);
  if (wrong !== undefined) throw new CarrelError('bad-request', `"${name}" cannot be the name of an image: ${wrong}`);
}

export function imageHandlers({ services }: Deps): Handlers<ImageOperation> {
  return {
    listImages: async ({ query }) => ({ items: await services.listImages(labelsAsked(query.label)) }),
    showImage: ({ params }) => existingImage(services, params.name),
    async changeImage({ params, body, caller }) {
      const image = await managedImage(services, caller, params.name);
      if (body.name !== undefined) checkNewName(body.name);
      return services.changeImage(caller, image.id, body);
    },
    async buildImage({ params, body, caller }) {
      checkNewName(params.name);
      const { publish = true, ...rest } = body;
      return services.buildImage(caller, { ...rest, image: params.name, publish });
    },
    async importVm({ params, body, caller }) {
      checkNewName(params.name);
      return services.importVm(caller, { ...body, image: params.name });
    },
    async listRevisions({ params }) {
      await existingImage(services, params.name);
      return { items: await services.listRevisions(params.name) };
    },
    showRevision: ({ params }) => existingRevision(services, params.name, params.number),
    async publishRevision({ params, body, caller }) {
      await managedImage(services, caller, params.name);
      return services.publishRevision(caller, (await existingRevision(services, params.name, params.number)).id, body.publishUnclean);
    },
    async replicateImage({ params, body, caller }) {
      await managedImage(services, caller, params.name);
      return services.replicateImage(caller, { ...body, image: params.name });
    },
    async proveRevision({ params, body, caller }) {
      await managedImage(services, caller, params.name);
      await existingRevision(services, params.name, params.number);
      const { publish = false, publishUnclean } = body;
      return services.proveRevision(caller, { image: params.name, revision: params.number, proof: { publish, publishUnclean } });
    },
    async retireRevision({ params, caller }) {
      await managedImage(services, caller, params.name);
      return services.retireRevision(caller, (await existingRevision(services, params.name, params.number)).id);
    },
    async unretireRevision({ params, caller }) {
      await managedImage(services, caller, params.name);
      return services.unretireRevision(caller, (await existingRevision(services, params.name, params.number)).id);
    },
    async deleteRevision({ params, caller }) {
      await managedImage(services, caller, params.name);
      return services.deleteRevision(caller, (await existingRevision(services, params.name, params.number)).id);
    },
    async resealRevision({ params, body, caller, signal }) {
      await existingRevision(services, params.name, params.number);
      return services.resealRevision(caller, { ...body, image: params.name, revision: params.number }, signal);
    },
    async verifyImage({ params, body, caller, signal }) {
      await managedImage(services, caller, params.name);
      if (body.revision !== undefined) await existingRevision(services, params.name, body.revision);
      return services.verifyImage(caller, { ...body, image: params.name }, signal);
    },
    async imageLineage({ params, caller, signal }) {
      // It names the machines of others, so it is for those who look after the image.
      await managedImage(services, caller, params.name);
      return services.lineage(caller, params.name, signal);
    },
    lineage: ({ caller, signal }) => services.lineage(caller, undefined, signal),
  };
}
