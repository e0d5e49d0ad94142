import { CorralError, type EventType, impossible, newGuest, type Template, templateChanges } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const templateRoutes = (api: FastifyInstance, { store, events, guests, quotas }: Services): void => {
  const find = (idOrName: string): Template => {
    const template = store.templates.find(idOrName);
    if (template === null) throw new CorralError("not_found", "There is no such template. Choose another.");
    return template;
  };

  /** Users see those that their quotas name, if these name any. */
  const visibleTo = ({ user }: Caller): Template[] => {
    if (user.role !== "user") return store.templates.list();
    const { pools } = quotas.stateOf(user.id);
    if (pools.every(({ limits }) => limits.templates === null)) return store.templates.list();
    const allowed = pools.flatMap(({ limits }) => limits.templates ?? []);
    return store.templates.list().filter(({ name }) => allowed.includes(name));
  };

  const linksOf = ({ image, kernel }: Pick<Template, "image" | "kernel">) => {
    const imageId = store.images.find(image)?.id;
    if (imageId === undefined) throw impossible("image", `there is no image ${image}`);
    const kernelId = kernel === null ? null : store.kernels.find(kernel)?.id;
    if (kernelId === undefined) throw impossible("kernel", `there is no kernel ${kernel}`);
    return { imageId, kernelId };
  };

  const tell = (type: EventType, { id }: Template, caller: Caller, message: string): void => {
    events.append({ type, ...authorOf(caller), subject: id, message });
  };

  route(api, "listTemplates", ({ query, caller }) => listPage(visibleTo(caller), query));

  route(api, "createTemplate", ({ body: { image, kernel, ...rest }, caller }) => {
    const template = store.templates.insert({ ...rest, ...linksOf({ image, kernel }) });
    tell("template.created", template, caller, `${caller.actor} offers the template ${template.name}`);
    return template;
  });

  route(api, "changeTemplate", ({ params, body, caller }) => {
    const { id, createdAt: _, ...before } = find(params.id);
    const { image, kernel, ...rest } = templateChanges.required().parse({ ...before, ...body });
    const template = store.templates.update(id, { ...rest, ...linksOf({ image, kernel }) });
    tell("template.changed", template, caller, `${caller.actor} changed the template ${template.name}`);
    return template;
  });

  route(api, "deleteTemplate", ({ params, caller }) => {
    const template = find(params.id);
    store.templates.delete(template.id);
    tell("template.deleted", template, caller, `${caller.actor} offers the template ${template.name} no longer`);
  });

  route(api, "createFromTemplate", ({ params, body: { name, size: sizeName, start }, caller }) => {
    const wanted = find(params.id);
    const template = visibleTo(caller).find(({ id }) => id === wanted.id);
    if (template === undefined) throw new CorralError("not_found", "There is no such template. Choose another.");
    const size = template.sizes.find((one) => one.name === sizeName);
    if (size === undefined) {
      const there = template.sizes.map((one) => one.name).join(", ");
      throw impossible("size", `${template.name} has no size ${sizeName}; it has ${there}`);
    }
    const image = { ubd: 0, source: { kind: "image", image: template.image } } as const;
    const data = { ubd: 1, source: { kind: "empty", sizeMiB: size.diskMiB } } as const;
    const guest = newGuest.parse({
      name,
      ...(template.kernel === null ? {} : { kernel: template.kernel }),
      disks: size.diskMiB === 0 ? [image] : [image, data],
      memoryMiB: size.memoryMiB,
      start,
    });
    return guests.create(guest, caller, template.name);
  });
};
