/** How long work tells its progress, without knowing who draws it. */
package io.espalier.progress;
