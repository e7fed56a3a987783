/**
 * True if two types are equal. The modifier `readonly` is ignored, and `A & B` equals the merged
 * object type.
 */
export type Same<A, B> = Identical<Plain<A>, Plain<B>>;

/** True if two types are identical, including the modifiers of their properties. */
export type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** Type `T` with readonly properties, and with intersections merged into one object type. */
export type Plain<T> = T extends object ? { readonly [Key in keyof T]: Plain<T[Key]> } : T;
