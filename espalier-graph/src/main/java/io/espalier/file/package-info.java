/** Files on disk that are never half there. */
package io.espalier.file;
