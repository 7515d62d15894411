/**
 * Plans and what is done with them: {@link io.espalier.surgery.PruningPlan} says what goes, {@link
 * io.espalier.surgery.Surgeon} takes it out, {@link io.espalier.surgery.Mask} silences it in place.
 * The two share no code, so that one checks the other.
 */
package io.espalier.surgery;
