import htm from 'htm';
import { type ComponentChildren, h, type VNode } from 'preact';
import '@preact/signals';

/** Markup as text, made into nodes: what stands in it as a value is never read as markup. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

export type Children = ComponentChildren;
