/**
 * Which channels of a network hang together. Every position along a channel-carrying axis has an
 * identity; operators move identities, and what is left at the end are classes of identities that
 * can only be removed together: the prunable units.
 */
package io.espalier.channel;
