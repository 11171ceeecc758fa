import { parseImage } from "../model/image.ts";
import type { Rule } from "../rule.ts";
import { isFilledIn } from "../schema/field-checks.ts";
import { containersOf, titleOf } from "./iterate.ts";

const MOVING_TAGS = new Set(["latest", "main", "master", "edge", "nightly", "stable", "dev"]);

const imagePinned: Rule = {
  id: "image-pinned",
  level: "error",
  title: "Images have a version",
  why: "`latest` may be a different image on every node and after every restart, and there is no version to roll back to.",
  wrong: "image: mongo",
  right: "image: mongo:8.0.12",
  *check(set) {
    for (const container of containersOf(set)) {
      const at = container.cursor.get("image");
      // What is put in behind the last slash may be the tag.
      if (at.text === undefined || at.text === "" || isFilledIn(at.text.split("/").at(-1) ?? "")) continue;
      const { tag, digest } = parseImage(at.text);
      if (digest !== undefined || (tag !== undefined && !MOVING_TAGS.has(tag))) continue;
      const reason = tag === undefined ? "no tag, which means latest" : `the moving tag ${tag}`;
      yield { at, sentence: `The image of ${titleOf(container)} has ${reason}.` };
    }
  },
};

const imageForm: Rule = {
  id: "image-form",
  level: "error",
  title: "Every container has an image with a valid name",
  why: "The pod stays in InvalidImageName; the API server rejects a container without an image, although the published schema accepts it.",
  wrong: "image: Shop/Web:1.0",
  right: "image: shop/web:1.0",
  *check(set) {
    for (const container of containersOf(set)) {
      const at = container.cursor.get("image");
      if ((at.text ?? "") === "") {
        const hint = "A patch that misspells the container's name adds a new container.";
        yield { at: container.cursor, sentence: `The ${titleOf(container)} has no image.`, hint };
      }
      if (at.text === undefined || at.text === "" || isFilledIn(at.text) || isImage(at.text)) continue;
      const hint = "Use lower-case letters, and one colon before the tag.";
      yield { at, sentence: `"${at.text}" is not a valid image name (${titleOf(container)}).`, hint };
    }
  },
};

const HOST = /^(?:[\w-]+(?:\.[\w-]+)*(?::\d+)?\/)?/.source;
const NAME = /[a-z\d]+(?:(?:\.|_|__|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:\.|_|__|-+)[a-z\d]+)*)*/.source;
const IMAGE = new RegExp(String.raw`${HOST}${NAME}(?::\w[\w.-]{0,127})?(?:@sha256:[a-f\d]{64})?$`);

/** Whether it is a name of an image, perhaps with a tag and a digest. */
export function isImage(text: string): boolean {
  return IMAGE.test(text);
}

export const imageRules: readonly Rule[] = [imagePinned, imageForm];
